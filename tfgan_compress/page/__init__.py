"""The page that frontalizes in a browser: what it is made of, and a server for it on this machine.

`static/` is the page: `core/` computes what `tfgan_compress.frontalize` computes, to the byte, and
runs in Node too; the rest is the browser's. Networks run in LiteRT.js on the visitor's CPU, so no
picture leaves the browser.
"""

from tfgan_compress.page.server import Server
from tfgan_compress.page.site import build_site

__all__ = ["Server", "build_site"]
