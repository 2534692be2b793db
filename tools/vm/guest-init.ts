/** Where the guest sees the writable folder that it shares with the host. */
export const GUEST_SHARE = "/mnt/share";

/**
 * `/init` of the initramfs: loads the modules, lays a tmpfs over the host's read-only root, and goes there.
 * `/modules/order` lists the modules' files in the order in which they must be loaded.
 */
export const INITRAMFS_INIT = `#!/bin/busybox sh
busybox mount -t devtmpfs dev /dev
busybox mount -t proc proc /proc
while read -r module; do
  busybox insmod "/modules/$module" || echo "vm: cannot load $module"
done < /modules/order
set -e
nine() { busybox mount -t 9p -o "trans=virtio,version=9p2000.L,cache=loose,msize=262144,$3" "$1" "$2"; }
busybox mkdir -p /host /layer /root
nine host /host ro
busybox mount -t tmpfs -o size=75% layer /layer
busybox mkdir /layer/upper /layer/work
busybox mount -t overlay -o lowerdir=/host,upperdir=/layer/upper,workdir=/layer/work root /root
busybox umount /proc
busybox mount --move /dev /root/dev
busybox mkdir -p "/root${GUEST_SHARE}"
busybox mount -t 9p -o trans=virtio,version=9p2000.L,cache=none,msize=262144 share "/root${GUEST_SHARE}"
busybox cp /stage2 /root/.vm-init
exec busybox switch_root /root /bin/busybox sh /.vm-init
`;

/**
 * Process 1 once the root is in place. It stays, because somebody has to reap the orphans: a daemon that
 * ended must not be left a zombie. The host's logs, /tmp and /run are not seen in the guest.
 */
export const GUEST_INIT = `
set -e
share=${GUEST_SHARE}
/bin/busybox rm /.vm-init
mount() { /bin/busybox mount "$@"; }
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t cgroup2 cgroup /sys/fs/cgroup 2>/dev/null || true
[ ! -e $share/added ] || /bin/busybox cp -R "$(cat $share/added)/." /
mkdir -p /dev/pts /dev/shm
mount -t devpts -o gid=5,mode=620,ptmxmode=666 pts /dev/pts
mount -t tmpfs -o mode=1777 shm /dev/shm
number=0
while IFS= read -r path; do
  number=$((number + 1))
  mkdir -p "/mnt/keep$number"
  mount --bind "$path" "/mnt/keep$number"
done < $share/keep
mount -t tmpfs -o mode=755 run /run
mount -t tmpfs -o mode=1777 tmp /tmp
mount -t tmpfs -o mode=755 log /var/log
number=0
while IFS= read -r path; do
  number=$((number + 1))
  mkdir -p "$path"
  mount --move "/mnt/keep$number" "$path"
done < $share/keep
# Started by a user who may not read these on the host: the guest gets empty ones of its own.
for folder in /root /etc/ppp/peers /etc/chatscripts; do
  [ ! -d $folder ] || ls $folder > /dev/null 2>&1 || mount -t tmpfs -o mode=755 own $folder
done
for file in /etc/ppp/pap-secrets /etc/ppp/chap-secrets; do
  if [ -e $file ] && ! cat $file > /dev/null 2>&1; then
    (umask 077 && : > /run/empty-secrets)
    mount --bind /run/empty-secrets $file
  fi
done
mkdir -p /run/lock /run/network /run/user /lib/modules /var/lock
mount --bind "$(cat $share/modules)" /lib/modules
[ -e /dev/ppp ] || mknod /dev/ppp c 108 0
ln -snf /proc/self/fd /dev/fd
hostname pppctl-vm
ip link set lo up
/bin/busybox syslogd -O /var/log/syslog
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 UV_THREADPOOL_SIZE=8
cd /
set +e
"$(cat $share/node)" "$(cat $share/agent)" /dev/vport*p1
echo "vm: the agent ended with status $?"
/bin/busybox poweroff -f
`;
