"""Planted faults: does a test fail when one place of the physics or of the plugin API is changed?"""
