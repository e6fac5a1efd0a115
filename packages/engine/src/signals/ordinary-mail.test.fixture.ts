import { Week } from './changes-week.ts'
import { tableOf, type Seen } from './find-changes.ts'

interface Fates {
  delivered: number
  deferred: number
  bounced: number
  refused: number
}

function table({ delivered, deferred, bounced, refused }: Fates): ReturnType<typeof tableOf> {
  return tableOf({
    'default marketing delivered': delivered,
    'default marketing deferred rate-limited': deferred,
    'default marketing bounced invalid-recipient': bounced,
    'default marketing refused policy-cs01': refused,
    'default marketing message': delivered + deferred + bounced + refused,
  })
}

/** What is seen of a sender whose numbers go up and down as they do, every five minutes after a week. */
export function* ordinaryMail(perHour: number, days: number): Generator<Seen> {
  let seed = 7
  const random = (): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return (seed + 0.5) / 2 ** 32
  }
  const normal = (): number => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random())
  const around = (mean: number): number => Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()))
  // One after the other: few are not spread like many.
  const few = (mean: number): number => {
    let count = 0
    for (let rest = mean + Math.log(random()); rest > 0; rest += Math.log(random())) count++
    return count
  }
  const minutes: ReturnType<typeof tableOf>[] = []
  const hours: ReturnType<typeof tableOf>[] = []
  for (let hour = 0; hour < 192 + days * 24; hour++) {
    // A mailing at nine, quiet nights, half of it on two days of the week.
    const isMailing = hour % 24 === 9
    const isQuiet = Math.floor(hour / 24) % 7 > 4
    const ofDay =
      (0.4 + 0.6 * Math.sin((Math.PI * (hour % 24)) / 24)) * (isMailing ? 8 : 1) * (isQuiet ? 0.5 : 1)
    const volume = perHour * ofDay * Math.exp(0.2 * normal())
    const shares = {
      deferred: 0.02 * Math.exp(0.5 * normal()),
      bounced: (isMailing ? 0.02 : 0.006) * Math.exp(0.3 * normal()),
      refused: 0.001 * Math.exp(0.5 * normal()),
    }
    const sum: Fates = { delivered: 0, deferred: 0, bounced: 0, refused: 0 }
    for (let minute = 0; minute < 60; minute++) {
      const now: Fates = {
        delivered: around((volume * 0.97) / 60),
        deferred: few((volume * shares.deferred) / 60),
        bounced: few((volume * shares.bounced) / 60),
        refused: few((volume * shares.refused) / 60),
      }
      for (const fate of Object.keys(sum) as (keyof Fates)[]) sum[fate] += now[fate]
      minutes.push(table(now))
      if (minutes.length > 60) minutes.shift()
      if (hour >= 192 && minute % 5 === 4)
        yield {
          minutes: [...minutes],
          day: [...hours.slice(-23), table(sum)],
          week: new Week(hours.slice(-191, -23)),
          before: new Set(),
        }
    }
    hours.push(table(sum))
  }
}
