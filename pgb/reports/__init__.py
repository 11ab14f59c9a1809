"""The Report type and its renderings."""

from pgb.reports.report import Report

__all__ = ["Report"]
