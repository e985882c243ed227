import {makeJobCgroup} from '../../src/system/process/job-cgroup.js'

const probe = makeJobCgroup('probe')
probe?.remove()

/** Whether a job can have a cgroup of its own on this machine. */
export const hasCgroups = probe !== undefined

/** What guard says of a job that ended by TERM: without a cgroup it cannot know of all processes. */
export const endedByTerm = hasCgroups ? 'ended' : 'its processes were sent TERM'
