"""The physics of one state of the Mesh Update: how places mix, what the radio costs, how good profiles are."""
