/** Natural logarithm of the chance that at least `count` come where `expected` are usual (Poisson). */
export function logChance(count: number, expected: number): number {
  if (count <= 0) return 0
  if (expected <= 0) return -Infinity
  // Below the mean it is likely, and nobody asks how likely.
  if (count <= expected) return Math.log(0.5)
  let term = 1
  let sum = 1
  for (let more = 1; more < 1000 && term > sum * 1e-12; more++) {
    term *= expected / (count + more)
    sum += term
  }
  return count * Math.log(expected) - expected - logFactorial(count) + Math.log(sum)
}

/** How much better `count` is explained by a rate of its own than by `expected`: a log likelihood ratio, 0 or more. */
export function logRatio(count: number, expected: number): number {
  if (count <= expected) return 0
  return expected <= 0 ? Infinity : count * Math.log(count / expected) - (count - expected)
}

function logFactorial(n: number): number {
  if (n < 20) {
    let product = 1
    for (let factor = 2; factor <= n; factor++) product *= factor
    return Math.log(product)
  }
  // Stirling; the error is below 1e-6.
  return n * Math.log(n) - n + Math.log(2 * Math.PI * n) / 2 + 1 / (12 * n) - 1 / (360 * n ** 3)
}
