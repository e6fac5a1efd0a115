import type { Reason } from '@icloud-delivery/engine'

/** What the engine would release, as a command line for a shell of Unix. */
export function releaseCommand(release: NonNullable<Reason['release']>): string {
  if ('campaign' in release) return `icloud-delivery holds release ${word(`campaign/${release.campaign}`)}`
  if ('hold' in release)
    return `icloud-delivery holds release ${word(`${release.hold.scope}/${release.hold.id}`)}`
  const { address, origin } = release
  return `icloud-delivery suppressions release ${word(address)}${origin === undefined ? '' : ` --origin ${origin}`}`
}

/** One word to a shell, whatever is in it: names come from message headers and files. */
function word(text: string): string {
  return /^[\w.:@+/-]+$/.test(text) && !text.startsWith('-') ? text : `'${text.replaceAll("'", "'\\''")}'`
}
