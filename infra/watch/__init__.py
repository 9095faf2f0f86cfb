"""What is watched: one file a part of the estate, each giving alarms as data."""
