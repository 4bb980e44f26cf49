"""A report as PDF: tagged, with an outline and metadata, by WeasyPrint (docs/adr/0028)."""

from __future__ import annotations

from typing import Any

from orgkit.errors.exceptions import OrgkitError, UsageError

_INSTALL = (
    "Install it by `pip install 'orgkit[pdf]'`; it needs Pango of the system, on Debian "
    "`apt-get install libpango-1.0-0 libpangoft2-1.0-0`."
)


def pdf(html: str) -> bytes:
    """Make a PDF of a report's HTML, for PDF/UA-1; nothing outside of the report is read.

    Raises `UsageError` where WeasyPrint or a library that it needs is missing, and `OrgkitError`
    for a page that it cannot lay out.
    """
    try:
        from weasyprint import HTML  # type: ignore[import-untyped]
        from weasyprint.urls import URLFetcher  # type: ignore[import-untyped]
    except (ImportError, OSError) as error:  # OSError: Pango is missing
        raise UsageError("A PDF needs WeasyPrint, which is not installed.", _INSTALL) from error

    class Inside(URLFetcher):  # type: ignore[misc]  # without types
        """Fetch what stands in the report itself, and nothing else."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if not url.startswith("data:"):
                raise ValueError(f"a report refers to nothing outside: {url[:80]}")
            return super().fetch(url, headers)

    try:
        document = HTML(string=html, base_url=None, url_fetcher=Inside())
        made: bytes = document.write_pdf(pdf_variant="pdf/ua-1", custom_metadata=True)
    except Exception as error:  # whatever a notebook of others holds, its layout may fail
        problem = f"The PDF could not be laid out ({type(error).__name__})."
        raise OrgkitError(problem, "Make the HTML report, and print it in a browser.") from error
    return made
