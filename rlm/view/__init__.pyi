# Made from __init__.py by tools/stubs.py: do not edit
from rlm.view import html as html
from rlm.view.html import save_html as save_html
__all__ = ['save_html']
