"""The Report type, how it is put together, and its renderings."""

from pgb.reports.assembly import assemble
from pgb.reports.report import Report

__all__ = ["Report", "assemble"]
