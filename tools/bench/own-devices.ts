/** Lines of sh that give a private mount namespace a /dev as on a machine whose kernel has PPP; /run/dev is there. */
export const ownDevices = `mount -t tmpfs -o mode=755 tmpfs /run/dev
for node in null zero full tty random urandom; do touch /run/dev/$node; mount --bind /dev/$node /run/dev/$node; done
touch /run/dev/ppp
mount --bind /dev/null /run/dev/ppp
mkdir /run/dev/pts
mount --rbind /dev/pts /run/dev/pts
mount --move /run/dev /dev`;
