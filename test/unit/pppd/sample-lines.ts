import type { PppdEvent } from "../../../src/pppd/pppd-event.ts";

type WithoutText<T> = T extends unknown ? Omit<T, "text"> : never;

/** One line of each text that pppd 2.4.9 (or another version, as noted) says, and what it tells. */
export const sampleLines: readonly (readonly [line: string, event: WithoutText<PppdEvent>])[] = [
  // main.c
  ["pppd 2.4.9 started by root, uid 0", { kind: "started", version: "2.4.9", by: "root", uid: 0 }],
  ["pppd 2.5.2 started by LOGIN NAME, uid 1000", { kind: "started", version: "2.5.2", by: "LOGIN NAME", uid: 1000 }],
  ["Starting link", { kind: "demand-triggered" }],
  ["Using interface ppp0", { kind: "interface", iface: "ppp0" }],
  ["Modem hangup", { kind: "modem-hangup" }],
  ["Hangup (SIGHUP)", { kind: "hangup-signal" }],
  ["User request", { kind: "user-request" }],
  ["Terminating on signal 15", { kind: "terminating-on-signal", signal: 15 }],
  ["Fatal signal 11", { kind: "fatal-signal", signal: 11 }],
  ["Connect time 12.3 minutes.", { kind: "connect-time", minutes: 12.3 }],
  ["Sent 4294967295 bytes, received 0 bytes.", { kind: "bytes", sent: 4294967295, received: 0 }],
  ["Sent 8589934592 bytes, received 1 bytes.", { kind: "bytes", sent: 8589934592, received: 1 }], // 2.5
  [
    "Script /etc/ppp/ip-up finished (pid 812), status = 0x1",
    { kind: "script-finished", path: "/etc/ppp/ip-up", pid: 812, status: 1 },
  ],
  [
    "Script chat -s -f /etc/chatscripts/isp -T (x) finished (pid 12), status = 0x300",
    { kind: "script-finished", path: "chat -s -f /etc/chatscripts/isp -T (x)", pid: 12, status: 0x300 },
  ],
  [
    "Child process /etc/ppp/ip-up (pid 812) terminated with signal 9",
    { kind: "script-killed", path: "/etc/ppp/ip-up", pid: 812, signal: 9 },
  ],
  [
    "Can't execute /etc/ppp/ip-up: Exec format error",
    { kind: "script-not-started", path: "/etc/ppp/ip-up", error: "Exec format error" },
  ],
  ["must be root to run pppd, since it is not setuid-root", { kind: "not-root" }],
  ["Sorry - this system lacks PPP kernel support", { kind: "no-kernel-ppp" }],
  ["Discarded non-LCP packet when LCP not open", { kind: "packet-without-lcp" }],
  ["Exit.", { kind: "exit" }],
  // tty.c
  ["Serial port initialized.", { kind: "port-initialized" }],
  ["Serial connection established.", { kind: "serial-connected" }],
  ["Serial link disconnected.", { kind: "serial-disconnected" }],
  ["Initializer script failed", { kind: "init-script-failed" }],
  ["Connect script failed", { kind: "connect-script-failed" }],
  ["Welcome script failed", { kind: "welcome-script-failed" }],
  ["disconnect script failed", { kind: "disconnect-script-failed" }],
  [
    "Failed to open /dev/ttyUSB0: No such device or address",
    { kind: "open-failed", path: "/dev/ttyUSB0", error: "No such device or address" },
  ],
  [
    "Failed to reopen /dev/ttyS1: Input/output error",
    { kind: "open-failed", path: "/dev/ttyS1", error: "Input/output error" },
  ],
  ["tcgetattr: Input/output error (line 1010)", { kind: "tty-setup-failed" }],
  ["speed 12345 not supported", { kind: "tty-setup-failed" }],
  ["Baud rate for /dev/ttyS1 is 0; need explicit baud rate", { kind: "tty-setup-failed" }],
  // auth.c
  ["Connect: ppp0 <--> /dev/ttyS1", { kind: "connect", iface: "ppp0", device: "/dev/ttyS1" }],
  ["Starting negotiation on /dev/ttyS1", { kind: "connect", iface: undefined, device: "/dev/ttyS1" }],
  ["Connection terminated.", { kind: "terminated" }],
  ["Link terminated.", { kind: "terminated" }],
  ["Terminating connection due to lack of activity.", { kind: "idle" }],
  ["Connect time expired", { kind: "time-limit" }],
  ["Traffic limit reached. Limit: 1000 Used: 1001", { kind: "traffic-limit", limit: 1000, used: 1001 }],
  ['calling number "5550100" is not authorized', { kind: "calling-number-refused", number: "5550100" }],
  ["peer refused to authenticate: terminating link", { kind: "peer-refused-auth" }],
  ["By default the remote system is required to authenticate itself", { kind: "auth-required" }],
  ["The remote system (isp) is required to authenticate itself", { kind: "auth-required" }],
  ["No secret found for PAP login", { kind: "no-secret", method: "PAP", name: undefined }],
  ["Failed to authenticate ourselves to peer", { kind: "auth-failed", method: undefined, message: undefined }],
  ["PAP authentication succeeded", { kind: "auth-succeeded", method: "PAP", message: undefined }],
  ['Peer "isp" authenticated with CHAP', { kind: "peer-auth-succeeded", method: "CHAP", name: "isp" }], // 2.5
  // chap-new.c
  ["CHAP authentication succeeded: Welcome", { kind: "auth-succeeded", method: "CHAP", message: "Welcome" }],
  ["CHAP authentication failed: E=691 R=1", { kind: "auth-failed", method: "CHAP", message: "E=691 R=1" }],
  ["CHAP authentication failed", { kind: "auth-failed", method: "CHAP", message: undefined }],
  ["CHAP authentication failed due to protocol-reject", { kind: "auth-failed", method: "CHAP", message: undefined }],
  ["CHAP authentication timed out", { kind: "auth-timed-out" }],
  ['No CHAP secret found for authenticating us to "isp"', { kind: "no-secret", method: "CHAP", name: "isp" }],
  ["Peer somebody failed CHAP authentication", { kind: "peer-auth-failed", method: "CHAP", name: "somebody" }],
  // upap.c
  ["Remote message: Login incorrect", { kind: "remote-message", message: "Login incorrect" }],
  ["Remote message: ", { kind: "remote-message", message: "" }],
  ["PAP authentication failed", { kind: "auth-failed", method: "PAP", message: undefined }],
  ["No response to PAP authenticate-requests", { kind: "auth-timed-out" }],
  ["PAP peer authentication succeeded for dial", { kind: "peer-auth-succeeded", method: "PAP", name: "dial" }],
  ["PAP peer authentication failed for dial", { kind: "peer-auth-failed", method: "PAP", name: "dial" }],
  // eap.c
  ["EAP: peer reports authentication failure", { kind: "auth-failed", method: "EAP", message: undefined }],
  ['EAP: no MD5 secret for auth to "isp"', { kind: "no-secret", method: "EAP", name: "isp" }],
  ["EAP: timeout waiting for Request from peer", { kind: "auth-timed-out" }],
  // with debug
  ['rcvd [CHAP Failure id=0x1 "no such user"]', { kind: "auth-failed", method: "CHAP", message: "no such user" }],
  ['rcvd [PAP AuthNak id=0x1 ""]', { kind: "auth-failed", method: "PAP", message: undefined }],
  ['sent [PAP AuthReq id=0x1 user="me" password=<hidden>]', { kind: "auth-started" }],
  ["rcvd [LCP ConfAck id=0x1 <asyncmap 0x0>]", { kind: "lcp-answered" }],
  ["rcvd [LCP ConfReq id=0x1 <asyncmap 0x0> <magic 0x5c6d>]", { kind: "lcp-received" }],
  ['rcvd [CHAP Challenge id=0x5c <0102>, name = "isp"]', { kind: "auth-started" }],
  ["sent [IPCP ConfReq id=0x1 <addr 0.0.0.0>]", { kind: "network-started" }],
  // fsm.c, lcp.c
  ["LCP: timeout sending Config-Requests", { kind: "negotiation-timeout", protocol: "LCP" }],
  ["IPV6CP: timeout sending Config-Requests", { kind: "negotiation-timeout", protocol: "IPV6CP" }],
  ["LCP terminated by peer", { kind: "terminated-by-peer", protocol: "LCP", message: undefined }],
  [
    "LCP terminated by peer (Authentication failed)",
    { kind: "terminated-by-peer", protocol: "LCP", message: "Authentication failed" },
  ],
  ["IPV6CP terminated by peer (x (y))", { kind: "terminated-by-peer", protocol: "IPV6CP", message: "x (y)" }],
  ["No auth is possible", { kind: "no-auth-possible" }],
  ["Serial line is looped back.", { kind: "loopback" }],
  ["No response to 4 echo-requests", { kind: "echo-timeout", count: 4 }],
  ["Serial link appears to be disconnected.", { kind: "link-dead" }],
  // ipcp.c, ipv6cp.c
  ["local  IP address 10.64.64.2", { kind: "local-address", address: "10.64.64.2" }],
  ["remote IP address 10.64.64.1", { kind: "remote-address", address: "10.64.64.1" }],
  ["Local IP address changed to 10.64.64.9", { kind: "local-address", address: "10.64.64.9" }],
  ["Remote IP address changed to 10.64.64.8", { kind: "remote-address", address: "10.64.64.8" }],
  ["local  LL address fe80::1", { kind: "local-link-address", address: "fe80::1" }],
  ["remote LL address fe80::2", { kind: "remote-link-address", address: "fe80::2" }],
  ["primary   DNS address 10.64.64.53", { kind: "dns", rank: 1, address: "10.64.64.53" }],
  ["secondary DNS address 10.64.64.54", { kind: "dns", rank: 2, address: "10.64.64.54" }],
  ["Could not determine local IP address", { kind: "address-missing", side: "local" }],
  ["Could not determine remote LL address", { kind: "address-missing", side: "remote" }],
  ["Peer is not authorized to use remote address 10.0.0.1", { kind: "address-unauthorized", address: "10.0.0.1" }],
  ["Unauthorized remote IP address", { kind: "address-unauthorized", address: undefined }],
  ["Peer refused to agree to our IP address", { kind: "address-refused" }],
  ["Peer refused to agree to his IP address", { kind: "address-refused" }],
  ["Interface configuration failed", { kind: "interface-failed" }],
  ["No network protocols running", { kind: "no-network-protocols" }],
  // A warning: pppd goes on.
  ["Could not determine remote IP address: defaulting to 10.64.64.64", { kind: "other" }],
  // ccp.c
  ["MPPE required but peer negotiation failed", { kind: "mppe-failed" }],
  // cbcp.c, tty.c
  ['sent [LCP TermReq id=0x2 "Call me back, please"]', { kind: "callback" }],
  ["Failed to create child process: Resource temporarily unavailable", { kind: "pty-failed" }],
  ["Failed to create child process for /etc/ppp/ip-up: Cannot allocate memory", { kind: "other" }],
  ["Can't parse host:port for socket destination", { kind: "pty-failed" }],
  // utils.c
  ["Device ttyS1 is locked by pid 4711", { kind: "locked", device: "ttyS1", pid: 4711 }],
  ["Can't create lock file /var/lock/LCK..ttyS1: Read-only file system", { kind: "lock-failed" }],
  ["Can't read pid from lock file /var/lock/LCK..ttyS1", { kind: "lock-failed" }],
  ["Removed stale lock on ttyS1 (pid 4711)", { kind: "other" }],
  // sys-linux.c
  ["This system lacks kernel support for PPP.  This could be because", { kind: "no-kernel-ppp" }],
  ["Couldn't open the /dev/ppp device: No such file or directory", { kind: "no-kernel-ppp" }],
  ["Couldn't open /dev/ppp: Permission denied", { kind: "no-kernel-ppp" }],
  ["You need to create the /dev/ppp device node by", { kind: "no-kernel-ppp" }],
  ["Please load the ppp_generic kernel module.", { kind: "no-kernel-ppp" }],
  ["Couldn't set tty to PPP discipline: Invalid argument", { kind: "ppp-setup-failed" }],
  ["Couldn't rename interface ppp0 to eth0: File exists", { kind: "ppp-setup-failed" }],
  ["Couldn't create ppp interface eth0: File exists", { kind: "ppp-setup-failed" }],
  // main.c
  ["Couldn't detach (fork failed: Resource temporarily unavailable)", { kind: "ppp-setup-failed" }],
  // A warning: it takes another.
  ["Couldn't allocate PPP unit 3 as it is already in use", { kind: "other" }],
  ["Receive serial link is not 8-bit clean:", { kind: "not-8-bit-clean" }],
  ["Renamed interface ppp0 to isp0", { kind: "interface-renamed", from: "ppp0", iface: "isp0" }],
  ["not replacing default route to eth0 [192.0.2.1]", { kind: "default-route-kept", via: "eth0 [192.0.2.1]" }],
  ["not replacing existing default route through eth0", { kind: "default-route-kept", via: "eth0" }],
  // plugins/pppoe
  ["Timeout waiting for PADO packets", { kind: "pppoe-timeout", packet: "PADO" }],
  // options.c, tty.c
  [
    "pppd: unrecognized option '/dev/modem'",
    { kind: "option-error", file: undefined, message: "unrecognized option '/dev/modem'" },
  ],
  [
    "/usr/sbin/pppd: In file /etc/ppp/peers/isp: unrecognized option 'noauthh'",
    { kind: "option-error", file: "/etc/ppp/peers/isp", message: "unrecognized option 'noauthh'" },
  ],
  [
    "In file /etc/ppp/options: too few parameters for option 'mru'",
    { kind: "option-error", file: "/etc/ppp/options", message: "too few parameters for option 'mru'" },
  ],
  [
    "Can't open options file /etc/ppp/peers/nopeer: No such file or directory",
    { kind: "option-error", file: "/etc/ppp/peers/nopeer", message: "No such file or directory" },
  ],
  [
    "using the linkname option requires root privilege",
    { kind: "option-error", file: undefined, message: "using the linkname option requires root privilege" },
  ],
  [
    "connect option set in /etc/ppp/peers/isp cannot be overridden",
    {
      kind: "option-error",
      file: undefined,
      message: "connect option set in /etc/ppp/peers/isp cannot be overridden",
    },
  ],
  [
    "mru value must be between 128 and 16384",
    { kind: "option-error", file: undefined, message: "mru value must be between 128 and 16384" },
  ],
  [
    "/etc/passwd is not a character device",
    { kind: "option-error", file: undefined, message: "/etc/passwd is not a character device" },
  ],
  // real, 2.4.9 of Debian 12
  ["pppd: warning: quoted word runs to end of file (/etc/ppp/peers/isp...)", { kind: "other" }],
  ["missing = in name=value: x", { kind: "option-error", file: undefined, message: "missing = in name=value: x" }],
  ["unknown host: x.invalid.", { kind: "option-error", file: undefined, message: "unknown host: x.invalid." }],
  ["group nosuch is unknown", { kind: "option-error", file: undefined, message: "group nosuch is unknown" }],
  [
    "unable to open user login data file /nope",
    { kind: "option-error", file: undefined, message: "unable to open user login data file /nope" },
  ],
  [
    "invalid address parameter 'foo.invalid.' for ms-dns option",
    { kind: "option-error", file: undefined, message: "invalid address parameter 'foo.invalid.' for ms-dns option" },
  ],
  ["Couldn't load plugin nope.so", { kind: "option-error", file: undefined, message: "Couldn't load plugin nope.so" }],
  [
    "call option value may not contain .. or start with /",
    { kind: "option-error", file: undefined, message: "call option value may not contain .. or start with /" },
  ],
  [
    "error in active-filter expression: can't parse filter expression: syntax error",
    {
      kind: "option-error",
      file: undefined,
      message: "error in active-filter expression: can't parse filter expression: syntax error",
    },
  ],
  [
    "too few parameters for option mru",
    { kind: "option-error", file: undefined, message: "too few parameters for option mru" },
  ],
  [
    "no device specified and stdin is not a tty",
    { kind: "option-error", file: undefined, message: "no device specified and stdin is not a tty" },
  ],
  [
    "Error reading /tmp: Is a directory",
    { kind: "option-error", file: undefined, message: "Error reading /tmp: Is a directory" },
  ],
  [
    "/usr/sbin/pppd: /usr/lib/pppd/2.4.9/nope.so: cannot open shared object file: No such file or directory",
    {
      kind: "option-error",
      file: undefined,
      message: "/usr/lib/pppd/2.4.9/nope.so: cannot open shared object file: No such file or directory",
    },
  ],
  ["Plugin pppoe.so loaded.", { kind: "other" }],
  // chat.c
  ["Nov 20 22:00:00 host chat[9]: expect (CONNECT)", { kind: "chat-expect", expected: "CONNECT" }],
  ["Nov 20 22:00:00 host chat[9]: Failed (NO CARRIER)", { kind: "chat-failed", reason: "NO CARRIER" }],
  ["Nov 20 22:00:00 host chat[9]: Failed", { kind: "chat-failed", reason: undefined }],
  ["Nov 20 22:00:00 host chat[9]: alarm", { kind: "chat-alarm" }],
  ["Nov 20 22:00:00 host chat[9]: send (ATZ^M)", { kind: "chat-send", send: "ATZ" }],
  ["Nov 20 22:00:00 host chat[9]: send (??????)", { kind: "chat-send", send: "??????" }],
  ["Nov 20 22:00:00 host chat[9]: timeout set to 20 seconds", { kind: "other" }],
  ["Nov 20 22:00:00 host chat[9]:  -- got it", { kind: "other" }],
  // What a modem says is not what pppd says.
  ["Nov 20 22:00:00 host chat[9]: Modem hangup", { kind: "chat-line" }],
  // Our own, in the log of a call.
  [
    "Nov 20 22:00:00.123 pppctl: pppd was killed by SIGKILL",
    { kind: "pppd-ended", exitStatus: undefined, killedBy: "SIGKILL" },
  ],
  [
    "Nov 20 22:00:00.123 pppctl: pppd has ended with exit status 19",
    { kind: "pppd-ended", exitStatus: 19, killedBy: undefined },
  ],
  [
    "Nov 20 22:00:00.123 pppctl: ip-up: /etc/ppp/ip-up.d/mail failed with exit status 1",
    { kind: "hook-failed", path: "/etc/ppp/ip-up.d/mail", message: "failed with exit status 1" },
  ],
  ["Nov 20 22:00:00.123 pppctl: ip-up: the scripts have run: hanging up (pon -q)", { kind: "quick-hangup" }],
  [
    "pppctl: isp is not dialed again: the other end speaks no PPP: another try would be of no use",
    { kind: "dial-refused" },
  ],
  ["pppctl: isp is blocked since 2024-11-20 22:00: the SIM wants its PIN", { kind: "dial-refused" }],
  ["Nov 20 22:00:00.123 pppctl: no PPP came, but text: login:", { kind: "peer-text", message: "login:" }],
  [
    "Nov 20 22:00:00.123 pppctl: the link of pppd 600 is up but passes nothing (ping 192.0.2.1): ending it",
    { kind: "probe-failed", pid: 600, message: "ping 192.0.2.1" },
  ],
  [
    "Nov 20 22:00:00.123 pppctl: the link of pppd 600 is idle (for 30 s, before the next billing unit of 60 s): hanging up",
    { kind: "unit-idle", pid: 600, message: "for 30 s, before the next billing unit of 60 s" },
  ],
  [
    "Nov 20 22:00:00.123 pppctl: the link of pppd 600 has used up its time (PON_DAY_TIME): hanging up",
    { kind: "time-used", pid: 600, message: "PON_DAY_TIME" },
  ],
  [
    "Nov 20 22:00:00.123 pppctl: the link of pppd 600 has used up its bytes (PON_DAY_BYTES, PON_MONTH_BYTES): hanging up",
    { kind: "bytes-used", pid: 600, message: "PON_DAY_BYTES, PON_MONTH_BYTES" },
  ],
  ["Nov 20 22:00:00.123 pppctl: dialing", { kind: "other" }],
  ["Nov 20 22:00:00 host kernel: Modem hangup", { kind: "other" }],
  // pptp-linux, on standard error and in syslog
  [
    "anon warn[open_inetsock:pptp_callmgr.c:352]: connect: Connection refused",
    { kind: "server-refused", message: "Connection refused" },
  ],
  [
    "Nov 20 22:00:00 host pptp[240]: anon warn[open_inetsock:pptp_callmgr.c:352]: connect: No route to host",
    { kind: "server-unreachable", message: "No route to host" },
  ],
  [
    "anon fatal[get_ip_address:pptp.c:472]: getaddrinfo(): Name or service not known",
    { kind: "server-unresolved", message: "Name or service not known" },
  ],
  [
    "anon error[ctrlp_disp:pptp_ctrl.c:811]: Our outgoing call request [callid 0] has not been accepted.",
    { kind: "call-refused", message: undefined },
  ],
  [
    "anon warn[ctrlp_error:pptp_ctrl.c:198]: Reply result code is 4 'Busy'. Error code is 0",
    { kind: "call-refused", message: "Busy" },
  ],
  ["anon log[main:pptp.c:353]: The synchronous pptp option is NOT activated", { kind: "other" }],
  // pppd, option socket (tty.c)
  ["Can't connect to 198.51.100.1:4444: Connection refused", { kind: "server-refused", message: "Connection refused" }],
  ["nosuch.example: unknown host in socket option", { kind: "server-unresolved", message: "nosuch.example" }],
  // plugins/pppoe/discovery.c, and rp-pppoe's program
  [
    "PADS: Service-Name-Error: no such service",
    { kind: "pppoe-refused", message: "Service-Name-Error: no such service" },
  ],
  ["pppoe: Timeout waiting for PADO packets", { kind: "pppoe-timeout", packet: "PADO" }],
  // xl2tpd
  [
    "Nov 20 22:00:00 host xl2tpd[199]: Host name lookup failed for nosuch.example.",
    { kind: "server-unresolved", message: "nosuch.example" },
  ],
  [
    "Nov 20 22:00:00 host xl2tpd[199]: Maximum retries exceeded for tunnel 34281.  Closing.",
    { kind: "l2tp-silent", message: undefined },
  ],
  [
    "Nov 20 22:00:00 host xl2tpd[199]: Connection 35617 closed to 198.51.100.1, port 1701 (No Authorization)",
    { kind: "l2tp-refused", message: "No Authorization" },
  ],
  [
    "Nov 20 22:00:00 host xl2tpd[199]: Connection 0 closed to 198.51.100.77, port 1701 (Timeout)",
    { kind: "l2tp-silent", message: undefined },
  ],
  [
    "Nov 20 22:00:00 host xl2tpd[199]: Connection 14104 closed to 198.51.100.1, port 1701 (Goodbye!)",
    { kind: "other" },
  ],
  // pppd's plugin pppol2tp.so
  ["No PPPoL2TP FD specified", { kind: "l2tp-no-socket", message: undefined }],
  // app/examine-tunnel.ts
  [
    "Nov 20 22:00:00.123 pppctl: 198.51.100.1 answers on TCP port 1723, and nothing came back through GRE",
    { kind: "gre-blocked", message: undefined },
  ],
  [
    "Nov 20 22:00:00.123 pppctl: this machine's firewall drops GRE (protocol 47): nft: table inet filter, chain input (7 packets)",
    { kind: "firewall-drops", message: "GRE (protocol 47): nft: table inet filter, chain input (7 packets)" },
  ],
  [
    "Nov 20 22:00:00.123 pppctl: 198.51.100.1 answers key exchange for IPsec (UDP port 500), and no security association is there",
    { kind: "ipsec-needed", message: undefined },
  ],
  [
    "Nov 20 22:00:00.123 pppctl: 198.51.100.1 does not answer on TCP port 1723: no answer",
    { kind: "server-unreachable", message: "TCP port 1723: no answer" },
  ],
];
