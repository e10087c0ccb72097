# Purging for Thermocline without vmod_xkey: `varnish({ url, xkey: false })`. Varnish 7.0 or later.
# Include it in your own VCL, after what changes req.url or req.http.host there.
vcl 4.1;

import std;

# Who may purge: the servers that run createEdges(), and nobody else.
acl thermocline_purgers {
  "127.0.0.1";
  "::1";
}

sub vcl_recv {
  if (req.method == "PURGE") {
    if (client.ip !~ thermocline_purgers) {
      return (synth(405, "Not allowed"));
    }
    if (req.http.Thermocline-Purge == "groups") {
      # "a b" becomes "(a|b)". On obj alone, so that the ban lurker can work it off.
      set req.http.Thermocline-Ban = regsuball(req.http.Thermocline-Groups, "\.", "\\.");
      set req.http.Thermocline-Ban = regsuball(req.http.Thermocline-Ban, " +", "|");
      if (!std.ban("obj.http.xkey ~ (^|\s)(" + req.http.Thermocline-Ban + ")(\s|$)")) {
        return (synth(500, std.ban_error()));
      }
      return (synth(200, "Purged"));
    }
    if (req.http.Thermocline-Purge == "urls") {
      return (purge);
    }
    if (req.http.Thermocline-Purge == "everything") {
      ban("obj.status != 0");
      return (synth(200, "Purged"));
    }
    return (synth(400, "Nothing to purge"));
  }
}

sub vcl_synth {
  if (req.method == "PURGE" && resp.status == 200) {
    # By this the server knows that it was this that answered.
    set resp.http.Thermocline-Purged = req.http.Thermocline-Purge;
  }
}

sub vcl_deliver {
  # What it is filed under is nobody's business.
  unset resp.http.xkey;
}
