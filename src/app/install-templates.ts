import type { InstallFile } from "./install-files.ts";

/** Files that are not made at build time; their text needs to know where our programs are. */
export function systemFilesToInstall(): InstallFile[] {
  return [
    {
      path: "/etc/logrotate.d/pppctl",
      why: "keeps the log of the hooks small, where there is one",
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
`,
    },
  ];
}
