import type { Engine } from '@icloud-delivery/engine'
import type { Fates } from './fates.ts'
import { Counts } from './figures.ts'
import { secondAt } from './time.ts'
import { longAbsence, type World } from './world.ts'

/** Why one of the dead is not suppressed, though Apple has refused it. */
export type Unsuppressed = 'one refusal, and it accepted mail in the 30 days before' | 'other'

/** What the suppressions at the end are worth. */
export interface Judgement {
  /** Recipients that are suppressed for a reply, by rule. */
  suppressed: Record<string, number>
  /** Recipients that were well when they were suppressed, and still are suppressed; must be 0. */
  wrongly: number
  /** Some of them, for whoever looks for the reason. */
  wronglyExamples: readonly string[]
  /** The dead that Apple has refused. */
  dead: {
    refused: number
    /** Suppressed with no more refusals than needed: one, or two for whom Apple took mail in the 30 days before. */
    inTime: number
    late: number
    /** Refused during an incident only, when nobody can tell them from the others. */
    onlyInIncident: number
    not: Record<string, number>
  }
  /** Recipients for which something was not sent, or that were suppressed for a while, and are not any more. */
  takenBack: number
}

/** Compares what the engine remembers with what is true. */
export async function judge(engine: Engine, world: World, fates: Fates): Promise<Judgement> {
  const suppressed = new Counts()
  const examples: string[] = []
  const late = { inTime: 0, late: 0 }
  const reached = new Set<number>()
  let wrongly = 0
  let takenBack = 0

  for (const who of fates.candidates) {
    const { recipient, suppressions } = await engine.address(world.addressOf(who))
    const suppression = suppressions.find(({ origin }) => origin === 'reply')
    if (suppression === undefined) {
      takenBack++
      continue
    }
    suppressed.add(suppression.rule ?? 'none')
    if (!isRight(world, who, secondAt(suppression.at))) {
      wrongly++
      if (examples.length < 10) examples.push(`${recipient} (${suppression.rule}): ${suppression.reply}`)
    }
    if (!fates.refusedDead.has(who)) continue
    reached.add(who)
    if (fates.refusalsOf(who) <= fates.neededFor(who)) late.inTime++
    else late.late++
  }

  const not = new Counts()
  for (const who of fates.refusedDead) if (!reached.has(who)) not.add(whyNot(fates, who))
  return {
    suppressed: suppressed.all(),
    wrongly,
    wronglyExamples: examples,
    dead: {
      refused: fates.refusedDead.size,
      ...late,
      onlyInIncident: fates.onlyDoubted,
      not: not.all(),
    },
    takenBack,
  }
}

/** Only the dead, and those who have been away for long, may be suppressed. */
function isRight(world: World, who: number, second: number): boolean {
  const truth = world.truthAt(who, second)
  return truth === 'dead' || (truth === 'inactive' && second - world.since(who) >= longAbsence)
}

function whyNot(fates: Fates, who: number): Unsuppressed {
  return fates.refusalsOf(who) < fates.neededFor(who)
    ? 'one refusal, and it accepted mail in the 30 days before'
    : 'other'
}
