"""What real sites do to those who visit them, each a switch: see `table.VICES`."""
