import type { Command } from 'commander'
import { nearestName } from './nearest-name.ts'

/**
 * Adds the subcommand that runs where none is named. A word that is no subcommand is then said to be unknown, and not to be
 * one argument too many of this one.
 */
export function defaultSubcommand(
  group: Command,
  name: string,
  description: string,
  examples: readonly string[],
): Command {
  const added = group.command(name, { isDefault: true }).description(description).allowExcessArguments()
  withExamples(added, ...examples)
  added.hook('preAction', (_, { args: [word] }) => {
    if (word === undefined) return
    if (group.args[0] === name)
      group.error(`error: '${group.name()} ${name}' takes no arguments, found '${word}'`)
    const known = group.commands.map((command) => command.name())
    const nearest = nearestName(word, known)
    const meant = nearest === null ? '' : `\n(Did you mean ${nearest}?)`
    group.error(
      `error: unknown subcommand '${word}' of ${group.name()}; there are ${known.join(', ')}${meant}`,
    )
  })
  return added
}

/** Adds examples to the help of a subcommand: what stands behind `icloud-delivery`. */
export function withExamples(command: Command, ...examples: readonly string[]): Command {
  const lines = examples.map((example) => `  icloud-delivery ${example}`)
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`)
}
