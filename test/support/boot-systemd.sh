#!/bin/sh
# Runs a program as PID 1 of its own namespaces, on a copy of the machine's root that keeps no change: `systemd`, or `true`
# to see whether it can be done. Needs root. Its /tmp, /run, /dev and control group are its own; of the kernel's settings
# it can change none.
#   boot-systemd.sh DIR NAME REPOSITORY TESTS PROGRAM...
# DIR is an empty folder, NAME that of the control group. REPOSITORY and TESTS are seen as /mnt/guard and /mnt/tests.
set -e
PATH=$PATH:/usr/sbin:/sbin

if [ "$1" != --inside ]; then
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  mkdir "/sys/fs/cgroup/$2"
  echo $$ >"/sys/fs/cgroup/$2/cgroup.procs"
  umount /sys/fs/cgroup
  exec unshare --kill-child --pid --fork --mount --mount-proc --cgroup --uts sh "$0" --inside "$@"
fi

dir=$2 repository=$4 tests=$5
shift 5
mount -t tmpfs tmpfs "$dir"
mkdir "$dir/upper" "$dir/work" "$dir/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$dir/upper,workdir=$dir/work" "$dir/root"
cd "$dir/root"

for own in dev mnt run tmp var/tmp; do
  mount -t tmpfs -o mode=755 tmpfs $own
done
chmod 1777 tmp var/tmp
mkdir dev/pts dev/shm mnt/guard mnt/tests
mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
for device in null zero full random urandom tty; do
  : >dev/$device
  mount --bind /dev/$device dev/$device
done
mount --bind "$repository" mnt/guard
mount --bind "$tests" mnt/tests
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup

# What the machine starts at boot is not started here: no clean-up of files, no devices, no network, no clock.
rm -rf etc/systemd/system/* etc/systemd/user/* etc/fstab lib/systemd/system-generators lib/systemd/user-generators
for target in sysinit local-fs basic timers multi-user graphical; do
  rm -rf lib/systemd/system/$target.target.wants
done
: >etc/machine-id

pivot_root . .
umount -l .
exec env -i container=guard-test PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
