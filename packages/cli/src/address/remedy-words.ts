/** What the engine calls a remedy, as a command line. `address` is the recipient that it is about. */
export function remedyWords(remedy: string, address: string): string {
  return remedy.replace(
    /release\(\{ (?:address(?:, origin: '([a-z]+)')?|hold: \{ scope: '([a-z-]+)', id: '([^']{0,80})' \}|(campaign)) \}\)/g,
    (
      _,
      origin: string | undefined,
      scope: string | undefined,
      id: string | undefined,
      campaign: string | undefined,
    ) => {
      if (scope !== undefined) return `icloud-delivery holds release ${scope}/${id}`
      if (campaign !== undefined) return 'icloud-delivery holds release campaign/NAME'
      return `icloud-delivery suppressions release ${address}${origin === undefined ? '' : ` --origin ${origin}`}`
    },
  )
}
