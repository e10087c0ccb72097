# Purging for Thermocline, by vmod_xkey (Debian: varnish-modules). Varnish 6.0 to 7.
# Include it in your own VCL, after what changes req.url or req.http.host there.
vcl 4.1;

import purge;
import xkey;

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
      # Soft: they count as expired, and may stand in while they are fetched anew (grace).
      if (req.http.Thermocline-Soft) {
        set req.http.Thermocline-Count = xkey.softpurge(req.http.Thermocline-Groups);
      } else {
        set req.http.Thermocline-Count = xkey.purge(req.http.Thermocline-Groups);
      }
      return (synth(200, "Purged"));
    }
    if (req.http.Thermocline-Purge == "urls") {
      if (req.http.Thermocline-Soft) {
        # Found as a request would find it, and softened in vcl_hit.
        set req.hash_ignore_busy = true;
        return (hash);
      }
      return (purge);
    }
    if (req.http.Thermocline-Purge == "everything") {
      ban("obj.status != 0");
      return (synth(200, "Purged"));
    }
    return (synth(400, "Nothing to purge"));
  }
}

sub vcl_hit {
  if (req.method == "PURGE") {
    purge.soft(0s);
    return (synth(200, "Purged"));
  }
}

sub vcl_miss {
  if (req.method == "PURGE") {
    # Other variants of the URL may be there.
    purge.soft(0s);
    return (synth(200, "Purged"));
  }
}

sub vcl_pass {
  if (req.method == "PURGE") {
    return (synth(200, "Purged"));
  }
}

sub vcl_synth {
  if (req.method == "PURGE" && resp.status == 200) {
    # By this the server knows that it was this that answered.
    set resp.http.Thermocline-Purged = req.http.Thermocline-Purge;
    set resp.http.Thermocline-Count = req.http.Thermocline-Count;
  }
}

sub vcl_deliver {
  # What it is filed under is nobody's business.
  unset resp.http.xkey;
}
