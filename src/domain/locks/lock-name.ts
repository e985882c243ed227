/** Words that say that a file is a lock, or in which language a program is written, and not of which program. */
const generalWords = new Set([
  'lock',
  'lck',
  'pid',
  'run',
  'file',
  'tmp',
  'var',
  'sh',
  'bash',
  'dash',
  'node',
  'python',
  'perl',
  'ruby',
  'php',
  'py',
  'js',
  'main',
  'index',
])

/**
 * Whether a program of this name may have made the lock: a word of its name and one of the file's, or of its folder's
 * where the file's are general, begin alike (`cron` and `crond.pid`).
 */
export function fitsLock(program: string, path: string): boolean {
  const [file = '', folder = ''] = path.split('/').reverse()
  const ofFile = wordsOf(file)
  const ofLock = ofFile.length > 0 ? ofFile : wordsOf(folder)
  return wordsOf(program).some((word) => ofLock.some((other) => word.startsWith(other) || other.startsWith(word)))
}

function wordsOf(name: string): readonly string[] {
  const words = name.toLowerCase().split(/[^a-z]+/)
  return words.filter((word) => word.length > 2 && !generalWords.has(word))
}

const lockWords = new Set(['lock', 'locks', 'lck', 'lk', 'pid', 'pidfile', 'lockfile', 'lockdir', 'mutex', 'semaphore'])

/**
 * Whether the name of a file or of its folder says that it is a lock: `scan.lock`, `cron.pid`, `SingletonLock`,
 * `/run/lock/scan`, `.#notes.txt` of Emacs.
 */
export function isLockName(path: string): boolean {
  const [file = '', folder = ''] = path.split('/').reverse()
  if (file.startsWith('.#')) return true
  const words = file
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
  return words.some(isLockWord) || /^locks?$/i.test(folder)
}

/** `cronlock` is one, `clock` and `datablock` are none. */
function isLockWord(word: string): boolean {
  return lockWords.has(word) || (word.endsWith('lock') && !/(c|b)lock$/.test(word))
}
