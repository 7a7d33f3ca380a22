"""What physics says of one state of the Mesh Update: places that mix, what talking costs, how good profiles are."""
