-- A file of schema version 4, as `.dump` tells it and its version beside. Never changed: it stands for the files that people have.
PRAGMA application_id = 1212509799;
PRAGMA user_version = 4;
CREATE TABLE agent (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  since TEXT NOT NULL,
  first_date INTEGER NOT NULL,
  wall_ms INTEGER
, epoch INTEGER);
CREATE TABLE home (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL,
  curves TEXT NOT NULL DEFAULT ''
, currency TEXT NOT NULL DEFAULT '', folded_until INTEGER);
CREATE TABLE history (
  home INTEGER NOT NULL REFERENCES home(number),
  quarter INTEGER NOT NULL,
  number INTEGER NOT NULL,
  minutes INTEGER NOT NULL,
  base_mwh INTEGER NOT NULL,
  car_mwh INTEGER NOT NULL,
  cost_micro INTEGER NOT NULL,
  price_micro INTEGER NOT NULL,
  soc INTEGER NOT NULL,
  overload_s INTEGER NOT NULL,
  currency TEXT NOT NULL DEFAULT '',
  devices TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (home, quarter, number)
) WITHOUT ROWID;
CREATE TABLE announced (
  ha_prefix TEXT NOT NULL,
  base_topic TEXT NOT NULL,
  home TEXT NOT NULL,
  PRIMARY KEY (ha_prefix, base_topic, home)
) WITHOUT ROWID;
INSERT INTO agent VALUES (1, '2026-11-22T00:00:00+01:00', 20779, NULL, NULL);
INSERT INTO home VALUES (1, 'home', '{"version":2,"ticks_per_hour":4,"moment":198900,"tick":0,"stored":74040000,"fraction":0,"limit":9000,"charging":true,"mode":0,"target":8000,"ready_by":420,"hour_energy":20720000,"counters":{"base":"700000000","charged":"37000000","cost":"500000000000000"},"ticks_of_run":5,"row":{"number":222,"quarter":221,"began":{"base":"699000000","charged":"29600000","cost":"490000000000000"},"price":1002600,"ticks":0,"overload_ticks":0}}', '', 'SEK', NULL);
INSERT INTO history VALUES (1, 219, 220, 15, 935000, 1850000, 2790000, 1002600, 4797, 0, 'SEK', '{"heater":500}');
INSERT INTO history VALUES (1, 220, 221, 15, 935000, 1850000, 2790000, 1002600, 4997, 0, 'SEK', '{"heater":500}');
INSERT INTO announced VALUES ('', 'home-energy', '');
INSERT INTO announced VALUES ('', 'home-energy', 'home');
INSERT INTO announced VALUES ('homeassistant', 'home-energy', 'home');
