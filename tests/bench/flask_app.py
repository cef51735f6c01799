"""The least Flask app that answers as the agent does: flask_app.py PORT BODY"""

import sys

import flask

app = flask.Flask(__name__)


@app.get("/info")
def info():
    return flask.Response(sys.argv[2], mimetype="application/json")


app.run(port=int(sys.argv[1]))
