import type { JSX } from 'preact'

export type Window = 'hour' | 'day' | 'month'

const names: Readonly<Record<Window, string>> = { hour: 'Hour', day: 'Day', month: '30 days' }

/** Which span is shown. */
export function WindowChoice({
  value,
  onChange,
}: {
  value: Window
  onChange: (window: Window) => void
}): JSX.Element {
  return (
    <div class="segments" role="radiogroup" aria-label="Span of time">
      {(Object.keys(names) as Window[]).map((window) => (
        <label key={window}>
          <input
            type="radio"
            name="window"
            value={window}
            checked={value === window}
            onChange={() => onChange(window)}
          />
          <span>{names[window]}</span>
        </label>
      ))}
    </div>
  )
}
