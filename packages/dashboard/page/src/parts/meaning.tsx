import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Meaning as MeaningData } from '../../../src/api/meaning.ts'

/** What a reply means, why it comes, and what to do, to be ticked off. */
export function Meaning({ meaning }: { meaning: MeaningData }): JSX.Element {
  const { id, causes, fixes } = meaning
  return (
    <>
      <p>{meaning.meaning}</p>
      {causes.length === 0 ? null : (
        <div class="form">
          <h3>Why it comes</h3>
          <ul class="causes">
            {causes.map((cause) => (
              <li key={cause}>{cause}</li>
            ))}
          </ul>
        </div>
      )}
      {fixes.length === 0 ? null : (
        <div class="form">
          <h3>What to do</h3>
          <ul class="check">
            {fixes.map((fix) => (
              <li key={fix}>
                <Step id={`${id}: ${fix}`} text={fix} />
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  )
}

/** Kept in this browser. */
function Step({ id, text }: { id: string; text: string }): JSX.Element {
  const key = `done ${id}`
  const [isDone, setDone] = useState(stored(key) !== null)
  const change = (value: boolean): void => {
    setDone(value)
    try {
      if (value) localStorage.setItem(key, '1')
      else localStorage.removeItem(key)
    } catch {
      // A browser that keeps nothing.
    }
  }
  return (
    <label>
      <input type="checkbox" checked={isDone} onChange={(event) => change(event.currentTarget.checked)} />
      <span>{text}</span>
    </label>
  )
}

function stored(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}
