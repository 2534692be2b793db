import type { InstallFile } from "./install-files.ts";

/**
 * Files that are not made at build time: they name our program.
 *
 * @param pppctl its absolute path, without blanks
 */
export function systemFilesToInstall(pppctl: string): InstallFile[] {
  return [
    {
      path: "/etc/systemd/system/ppp-keep@.service",
      why: "keeps a peer up: systemctl enable --now ppp-keep@yosefcom",
      text: `# A peer whose name has other characters: systemd-escape --template=ppp-keep@.service isp/home
[Unit]
Description=PPP link %I, kept up
Documentation=man:pppctl(8)
After=network-pre.target nss-lookup.target
Wants=network-pre.target

[Service]
Type=notify
ExecStart=${pppctl} keep -- %I
# 2: a mistake in the peer file, which no restart mends.
Restart=on-failure
RestartPreventExitStatus=2
RestartSec=10
WatchdogSec=120
# pppctl ends its pppds itself, and sees that the modems are on-hook.
KillMode=mixed
TimeoutStopSec=60

[Install]
WantedBy=multi-user.target
`,
    },
    {
      path: "/etc/cron.d/pppctl",
      why: "an example, all of it a comment: a peer looked after by cron",
      text: `# Take the # away, and name your peer. With ppp-keep@.service this is not needed.
#
# * * * * * root ${pppctl} ensure --quiet yosefcom
`,
    },
    {
      path: "/etc/logrotate.d/pppctl",
      why: "keeps the logs of calls and of hooks small, where there are any",
      text: `# Debian's scripts, and ours, write this log only while it exists: so it is made anew.
/var/log/ppp-ipupdown.log {
	weekly
	rotate 4
	missingok
	notifempty
	compress
	delaycompress
	create 640 root adm
}

# What \`plog PEER\` shows. pppd appends to it for as long as it lives, which may be years; the times go with the lines.
/run/pppctl/*/pppd.log {
	size 1M
	rotate 1
	missingok
	notifempty
	nocompress
	copytruncate
	postrotate
		rm -f "$1.times"
	endscript
}
`,
    },
  ];
}
