import {expect, test} from 'vitest'
import {distrustOfPath, type PathReader} from '../../../src/domain/settings/path-trust.js'

/** Owner, mode and target of what stands where; the user is 1000, and 2000 is the group of one more user. */
type Tree = Readonly<Record<string, readonly [uid: number, mode: number, linkTo?: string]>>

const folder = 0o040000
const file = 0o100000
const link = 0o120777

function judge(path: string, tree: Tree, rule = {}): string | undefined {
  const all: Tree = {'/': [0, folder | 0o755], ...tree}
  const reader: PathReader = {
    uid: 1000,
    lstat: (each) => all[each] && {uid: all[each][0], gid: all[each][0] === 0 ? 2000 : 1000, mode: all[each][1]},
    readLink: (each) => all[each]?.[2] ?? '',
    readFile: (each) =>
      each === '/etc/passwd'
        ? 'root:x:0:0::/:\nme:x:1000:1000::/:\nother:x:1001:2000::/:\n'
        : 'me:x:1000:\nstaff:x:2000:other\n',
  }
  return distrustOfPath(path, reader, rule)
}

const missing = {allowsMissing: true}

const home: Tree = {'/home': [0, folder | 0o755], '/home/me': [1000, folder | 0o755]}
const temporary: Tree = {'/tmp': [0, folder | 0o1777]}

test('a way of root and the user is trusted, and what does not exist only where it may be missing', () => {
  expect(judge('/home/me/state', home)).toBe('/home/me/state does not exist')
  expect(judge('/home/me/state/below', home, missing)).toBeUndefined()
  expect(judge('/home/me', home)).toBeUndefined()
})

test('a directory of another user on the way is not trusted, nor one that others may write', () => {
  expect(judge('/home/me/state', {...home, '/home': [1001, folder | 0o755]})).toBe('/home belongs to user 1001')
  expect(judge('/home/me/state', {...home, '/home': [0, folder | 0o777]})).toBe('others may write /home')
  expect(judge('/home/me', {...home, '/home/me': [1000, folder | 0o757]})).toBe('others may write /home/me')
})

test('a group that may write counts if it has other members, and never in a directory of root above the logs', () => {
  expect(judge('/home/me', {...home, '/home/me': [1000, folder | 0o775]})).toBeUndefined()
  const log: Tree = {'/var': [0, folder | 0o755], '/var/log': [0, folder | 0o775]}
  const own: Tree = {...log, '/var/log/mine': [1000, folder | 0o755]}
  expect(judge('/var/log/mine', own)).toBe('others may write /var/log')
  expect(judge('/var/log/mine', own, {allowsGroupsOfRoot: true})).toBeUndefined()
  expect(judge('/var/log', own, {allowsGroupsOfRoot: true})).toBe('others may write /var/log')
  const theirs: Tree = {...log, '/var/log/mine': [1001, folder | 0o755]}
  expect(judge('/var/log/mine', theirs, {allowsGroupsOfRoot: true})).toBe('others may write /var/log')
})

test('in a sticky directory of root only a directory of the user or root is trusted, and no link', () => {
  expect(judge('/tmp/mine', {...temporary, '/tmp/mine': [1000, folder | 0o700]})).toBeUndefined()
  expect(judge('/tmp/new', temporary)).toBe('/tmp/new does not exist')
  expect(judge('/tmp/new', temporary, missing)).toBeUndefined()
  expect(judge('/tmp', temporary)).toBe('others may write /tmp')
  expect(judge('/tmp/theirs', {...temporary, '/tmp/theirs': [1001, folder | 0o700]})).toBe('others may write /tmp')
  expect(judge('/tmp/file', {...temporary, '/tmp/file': [1000, file | 0o600]})).toBe('others may write /tmp')
  expect(judge('/tmp/way/x', {...home, ...temporary, '/tmp/way': [1000, link, '/home/me']})).toBe(
    '/tmp/way is a link, and others may write /tmp',
  )
  expect(judge('/tmp/mine', {'/tmp': [1000, folder | 0o1777], '/tmp/mine': [1000, folder | 0o700]})).toBe(
    'others may write /tmp',
  )
})

test('each directory that a link leads through is judged', () => {
  const linked: Tree = {...home, '/home/me/way': [1000, link, '../../tmp/deep/./state']}
  expect(judge('/home/me/way', {...linked, ...temporary}, missing)).toBeUndefined()
  expect(judge('/home/me/way', {...linked, '/tmp': [0, folder | 0o777]}, missing)).toBe('others may write /tmp')
  const twice: Tree = {...linked, ...temporary, '/tmp/deep': [0, link, '/home/me']}
  expect(judge('/home/me/way', twice)).toBe('/tmp/deep is a link, and others may write /tmp')
})

test('links that lead in a circle are not trusted', () => {
  const circle: Tree = {...home, '/home/me/a': [1000, link, 'b'], '/home/me/b': [1000, link, 'a']}
  expect(judge('/home/me/a', circle)).toMatch(/leads through more than 40 links/)
})
