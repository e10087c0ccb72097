# The smallest browser that WebKitWebDriver can drive. WebKitGTK's own, MiniBrowser, forgets all storage as soon as nobody has
# it open; this one keeps it in the folder that is its argument.
import os
import sys

import gi

gi.require_version('Gtk', '3.0')
gi.require_version('WebKit2', '4.1')
from gi.repository import Gtk, WebKit2

folder = sys.argv[1]
manager = WebKit2.WebsiteDataManager(
    base_data_directory=os.path.join(folder, 'data'), base_cache_directory=os.path.join(folder, 'cache')
)
context = WebKit2.WebContext(website_data_manager=manager)
context.set_automation_allowed(True)
# Else it would be the locale's, which on a server is "C".
context.set_preferred_languages(['en-GB', 'en'])


def open_window(_session):
    view = WebKit2.WebView(web_context=context, is_controlled_by_automation=True)
    window = Gtk.Window(default_width=1024, default_height=768)
    window.add(view)
    window.show_all()
    view.connect('close', lambda _view: window.destroy())
    return view


def start(_context, session):
    info = WebKit2.ApplicationInfo()
    info.set_name('WebKit')
    info.set_version(
        WebKit2.get_major_version(), WebKit2.get_minor_version(), WebKit2.get_micro_version()
    )
    session.set_application_info(info)
    session.connect('create-web-view::window', open_window)
    session.connect('create-web-view::tab', open_window)


context.connect('automation-started', start)
Gtk.main()
