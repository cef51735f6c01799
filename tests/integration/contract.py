"""What the contract gives as a table, for more than one test."""

# Charging from 00:00, as the contract has it: time, energy of the hour, stored kWh, state of charge.
TRACE = """
00:00 0.88  9.26 20.0  | 00:15 2.73 11.11 24.0  | 00:30 4.58 12.96 27.99 | 00:45 6.43 14.81 31.99
01:00 2.62 16.66 35.98 | 01:15 4.47 18.51 39.98 | 01:30 6.32 20.36 43.97 | 01:45 8.17 22.21 47.97
02:00 4.05 24.06 51.97 | 02:15 5.90 25.91 55.96 | 02:30 7.75 27.76 59.96 | 02:45 9.60 29.61 63.95
03:00 3.83 31.46 67.95 | 03:15 5.68 33.31 71.94 | 03:30 7.53 35.16 75.94 | 03:45 9.38 37.01 79.94
04:00 4.60 38.86 83.93 | 04:15 6.45 40.71 87.93 | 04:30 8.30 42.56 91.92 | 04:45 10.15 44.41 95.92
05:00 5.70 46.26 99.91 | 05:15 5.74 46.30 100.0
"""


def trace():
    """Rows (time, kWh of the hour, stored kWh, percent), a tick each."""
    rows = [row.split() for row in TRACE.replace("\n", "|").split("|") if row.strip()]
    return [(time, float(hour), float(stored), float(percent)) for time, hour, stored, percent in rows]
