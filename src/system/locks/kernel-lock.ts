import {spawnSync} from 'node:child_process'
import {closeSync, constants, openSync} from 'node:fs'
import type {KernelLock} from '../../domain/locks/lock.js'

/**
 * Asks for both kinds of lock on descriptor 3: flock(2), which is taken for a moment, and fcntl(2), which can be asked
 * about. The layout of `struct flock` is that of 64-bit Linux; elsewhere the kernel refuses it. Perl is part of every
 * Debian, and flock(1) cannot ask for the second kind before util-linux 2.41.
 */
const script = `
use Fcntl qw(:DEFAULT :flock);
open(my $file, "<&=", 3) or exit 2;
flock($file, LOCK_EX | LOCK_NB) or exit($!{EWOULDBLOCK} ? 1 : 2);
my $lock = pack("s s x4 q q l x4", F_WRLCK, 0, 0, 0, 0);
fcntl($file, F_GETLK, $lock) or exit 2;
exit(unpack("s", $lock) == F_UNLCK ? 0 : 1);
`

const answers: readonly KernelLock[] = ['free', 'held']

/** Whether any process has a kernel lock on a file or directory: the kernel knows that across all namespaces. */
export function tryKernelLock(path: string): KernelLock {
  // If the file was replaced meanwhile, neither wait for a pipe nor follow a link.
  const file = openOrUndefined(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
  if (file === undefined) return 'untried'
  try {
    const {status} = spawnSync('perl', ['-e', script], {stdio: ['ignore', 'ignore', 'ignore', file], timeout: 5000})
    return answers[status ?? 2] ?? 'untried'
  } finally {
    closeSync(file)
  }
}

function openOrUndefined(path: string, flags: number): number | undefined {
  try {
    return openSync(path, flags)
  } catch {
    return undefined
  }
}
