# SPDX-License-Identifier: GPL-2.0
"""The site that "make docs" builds: build/docs/index.html."""
# pylint: disable=invalid-name
import pathlib
import re

project = "persock"
author = "The persock authors"
copyright = "The persock authors. GPL-2.0"  # pylint: disable=redefined-builtin

exclude_patterns = ["bench", "netlink", "casts"]
html_theme = "furo"
html_title = "persock"
html_static_path = ["static"]
html_css_files = ["wide.css"]
html_show_sphinx = False
html_copy_source = False
highlight_language = "none"
# A link that leads nowhere is an error of "make docs", as all warnings are.
nitpicky = True
# --dry-run and "..." are what they look like.
smartquotes = False


PAGES = sorted(path.stem for path in pathlib.Path(__file__).parent.glob("*.rst"))


def link_pages(_app, _docname, source):
    """A link to the file of another page, as in "see security.rst_", is one to its page here."""
    names = "|".join(PAGES)
    text = re.sub(rf"^\.\. _(?:{names})\.rst: .*\n", "", source[0], flags=re.M)
    source[0] = re.sub(rf"(?<![\w/`:.-])({names})\.rst_(?!\w)", r":doc:`\1`", text)


def setup(app):
    """What Sphinx calls."""
    app.connect("source-read", link_pages)
