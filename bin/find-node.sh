# Sourced by the shims. In: pppctl_self, the shim's own path without symlinks;
# pppctl_package, the package's folder. Out: pppctl_node, what to exec.
# Cron, ifupdown and pppd call us with a nearly empty environment, so node is looked
# for; every test is a builtin of the shell, because a fork costs a millisecond.
pppctl_node=
if [ -r "$pppctl_package/dist/node-path" ]; then
  read -r pppctl_node < "$pppctl_package/dist/node-path"
fi
if ! [ -f "$pppctl_node" ] || ! [ -x "$pppctl_node" ]; then
  pppctl_node=
  if command -v node > /dev/null 2>&1; then
    pppctl_node=node
  else
    # The third is a global npm prefix (nvm, /opt): PREFIX/lib/node_modules/pppctl.
    for pppctl_try in /usr/local/bin/node /usr/bin/node "$pppctl_package/../../../bin/node" \
      /opt/*/bin/node /snap/bin/node; do
      if [ -f "$pppctl_try" ] && [ -x "$pppctl_try" ]; then
        pppctl_node=$pppctl_try
        break
      fi
    done
  fi
fi
if [ -z "$pppctl_node" ]; then
  echo "$0: node is not installed where it is looked for (PATH, /usr/local/bin, /usr/bin, /opt): write its path to $pppctl_package/dist/node-path" >&2
  exit 127
fi
