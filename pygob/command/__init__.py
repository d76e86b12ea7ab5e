"""The command `pygob`: look into gob files of any kind, without Go and without their source."""
