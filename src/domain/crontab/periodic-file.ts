/** Why run-parts never starts a file of a folder such as /etc/cron.daily. */
export const neverRun = {
  link: 'it is a link that leads nowhere',
  folder: 'run-parts runs no folders',
  name: 'run-parts passes files of such a name',
  mode: 'it is not executable',
} as const
