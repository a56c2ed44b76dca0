"""The accessibility bus, asked directly: a whole window is read in a few round trips instead of thousands."""
import re
import subprocess

ACCESSIBLE, COMPONENT, TEXT, ACTION = (f"org.a11y.atspi.{name}" for name in ("Accessible", "Component", "Text", "Action"))
PROPERTIES = "org.freedesktop.DBus.Properties"
REGISTRY = ("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root")
WINDOW_COORDINATES = 1
CALL_TIMEOUT_MS = 20000


class Node:
    """What was told of one widget when the tree was read."""
    __slots__ = ("ref", "parent", "role", "name", "description", "states", "extents", "children")

    def __init__(self, ref, parent):
        self.ref, self.parent, self.children, self.extents = ref, parent, [], None
        self.role, self.name, self.description, self.states = "", "", "", frozenset()


class Accessibility:
    """One accessibility bus for all desks of a test, with a private session bus to stand on."""

    def __init__(self):
        import gi
        gi.require_version("Atspi", "2.0")
        from gi.repository import Atspi, Gio, GLib
        self.atspi, self.gio, self.glib = Atspi, Gio, GLib
        self.bus = subprocess.Popen(["dbus-daemon", "--session", "--nofork", "--print-address=1"],
                                    stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        session = self.bus.stdout.readline().strip()
        answer = subprocess.run(
            ["gdbus", "call", "--address", session, "--dest", "org.a11y.Bus", "--object-path", "/org/a11y/bus",
             "--method", "org.a11y.Bus.GetAddress"], capture_output=True, text=True, check=True).stdout
        self.address = re.search(r"'(.*)'", answer).group(1)
        flags = Gio.DBusConnectionFlags
        self.connection = Gio.DBusConnection.new_for_address_sync(
            self.address, flags.AUTHENTICATION_CLIENT | flags.MESSAGE_BUS_CONNECTION, None, None)
        self.names = {}  # of roles and states, by number
        self.call(REGISTRY, ACCESSIBLE, "GetChildren")  # up before the first desk looks for it

    def call_all(self, calls):
        """Sends all calls at once: (name, path), interface, method, arguments. An answer is None when it failed."""
        answers, left = [None] * len(calls), [len(calls)]

        def arrived(connection, result, index):
            left[0] -= 1
            try:
                answers[index] = connection.call_finish(result).unpack()
            except self.glib.Error:
                pass

        for index, ((name, path), interface, method, arguments) in enumerate(calls):
            self.connection.call(name, path, interface, method, arguments, None, self.gio.DBusCallFlags.NONE,
                                 CALL_TIMEOUT_MS, None, arrived, index)
        while left[0]:
            self.glib.MainContext.default().iteration(True)
        return answers

    def call(self, ref, interface, method, arguments=None):
        return self.call_all([(ref, interface, method, arguments)])[0]

    def name_of(self, kind, number):
        if (kind, number) not in self.names:
            if kind == "role":
                self.names[kind, number] = self.atspi.role_get_name(self.atspi.Role(number))
            else:
                self.names[kind, number] = self.atspi.StateType(number).value_nick
        return self.names[kind, number]

    def read(self, ref, parent=None, hidden=False):
        """The tree below a widget, level by level; what is not visible is left out."""
        variant = self.glib.Variant
        root = Node(ref, parent)
        level = [root]
        while level:
            calls = []
            for node in level:
                calls += [(node.ref, ACCESSIBLE, "GetRole", None), (node.ref, ACCESSIBLE, "GetState", None),
                          (node.ref, PROPERTIES, "Get", variant("(ss)", (ACCESSIBLE, "Name"))),
                          (node.ref, PROPERTIES, "Get", variant("(ss)", (ACCESSIBLE, "Description"))),
                          (node.ref, COMPONENT, "GetExtents", variant("(u)", (WINDOW_COORDINATES,))),
                          (node.ref, ACCESSIBLE, "GetChildren", None)]
            answers, below = self.call_all(calls), []
            for index, node in enumerate(level):
                role, states, name, description, extents, children = answers[index * 6:index * 6 + 6]
                if role is None:
                    continue  # it has just gone
                node.role = self.name_of("role", role[0])
                bits = (states[0][0] | states[0][1] << 32) if states else 0
                node.states = frozenset(self.name_of("state", bit) for bit in range(45) if bits >> bit & 1)
                node.name = name[0] if name else ""
                node.description = description[0] if description else ""
                node.extents = tuple(extents[0]) if extents else None
                if node is root or hidden or self.shows(node):
                    node.children = [Node(tuple(child), node) for child in (children[0] if children else ())]
                    below += node.children
            level = below
        return root

    @staticmethod
    def shows(node):
        """GTK tells "visible" of widgets, "showing" only of windows; what has no size is on no page."""
        if node.role == "application":
            return True
        sized = node.extents is None or (node.extents[2] > 0 and node.extents[3] > 0)
        return "visible" in node.states and sized

    def application(self, pid):
        """The root of the process's widgets, or None before there is one."""
        children = self.call(REGISTRY, ACCESSIBLE, "GetChildren")
        for ref in children[0] if children else ():
            owner = self.call(("org.freedesktop.DBus", "/org/freedesktop/DBus"), "org.freedesktop.DBus",
                              "GetConnectionUnixProcessID", self.glib.Variant("(s)", (ref[0],)))
            if owner and owner[0] == pid:
                return tuple(ref)
        return None

    def text_of(self, ref):
        """What stands in an entry; None for what holds no text."""
        count = self.call(ref, PROPERTIES, "Get", self.glib.Variant("(ss)", (TEXT, "CharacterCount")))
        if not count:
            return None
        text = self.call(ref, TEXT, "GetText", self.glib.Variant("(ii)", (0, count[0])))
        return text[0] if text else None

    def extents_of(self, ref):
        extents = self.call(ref, COMPONENT, "GetExtents", self.glib.Variant("(u)", (WINDOW_COORDINATES,)))
        return tuple(extents[0]) if extents else None

    def act(self, ref, index):
        done = self.call(ref, ACTION, "DoAction", self.glib.Variant("(i)", (index,)))
        return bool(done and done[0])

    def close(self):
        self.connection.close_sync(None)
        self.bus.terminate()
        self.bus.wait()
