"""Certificates of benches, for a plugin's own tests; ``tracks.certify.certificate`` shows how to use it."""

from tracks.certify.certificate import CHECKS, Case, Certificate, Check, Finding, cases, certify, checks, pairs

__all__ = ["CHECKS", "Case", "Certificate", "Check", "Finding", "cases", "certify", "checks", "pairs"]
