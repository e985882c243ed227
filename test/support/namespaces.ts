import {spawnSync} from 'node:child_process'
import {isRoot} from './sandbox.js'

/** Puts a line of shell into a container: a pid namespace of its own, with the /proc of it. */
export function inContainer(line: string): string {
  return `exec unshare --pid --fork --kill-child --mount-proc sh -c ${quoted(line)}`
}

/** Runs a line of shell where mounts of its own show. */
export function withMounts(mounts: string, line: string): string {
  return `exec unshare --mount sh -c ${quoted(`${mounts} && ${line}`)}`
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** Why namespaces cannot be made here; undefined if they can. */
export const noNamespaces = isRoot
  ? spawnSync('unshare', ['--pid', '--fork', '--mount-proc', 'true']).status === 0
    ? undefined
    : 'unshare'
  : 'root'
