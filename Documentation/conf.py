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
    """A page that is named in a sentence, as in "see security.rst", is a link on the site."""
    source[0] = re.sub(rf"(?<![\w/`:-])({'|'.join(PAGES)})\.rst\b(?!`)", r":doc:`\1`", source[0])


def setup(app):
    """What Sphinx calls."""
    app.connect("source-read", link_pages)
