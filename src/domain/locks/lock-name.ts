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
