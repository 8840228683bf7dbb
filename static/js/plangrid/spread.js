// An edit above the leaves, spread over them: step by step the rule of sop/engine/spread.py, so that both agree.

const ROUNDING = 1e-9; // smaller differences are binary rounding, not a quantity
const RESIDUE = 1e-6;

/**
 * Return parts that add up to `total`: in proportion to what the cells hold, to their baseline where they hold nothing,
 * evenly where that is nothing too. Parts are whole by largest remainder; equal remainders go to the larger weight, then
 * to the earlier cell; what `total` has beyond whole units goes to the largest.
 */
export function spread(total, current, baseline) {
  if (current.length === 0) return [];
  const weights = firstNotZero(current, baseline);
  const whole = Math.floor(total + ROUNDING);
  const parts = hamilton(weights, whole);
  const residue = total - whole;
  if (Math.abs(residue) >= RESIDUE) {
    const largest = weights.reduce((best, weight, place) => (weight > weights[best] ? place : best), 0);
    parts[largest] = Math.round((parts[largest] + residue) * 1e9) / 1e9;
  }
  return parts;
}

function firstNotZero(current, baseline) {
  const positive = (row) => row.map((value) => Math.max(value, 0));
  return [positive(current), positive(baseline)].find((row) => sum(row) > 0) ?? current.map(() => 1);
}

/** Whole parts of `units`: shares rounded down, then one more for each of the largest remainders. */
function hamilton(weights, units) {
  const all = sum(weights);
  const quotas = weights.map((weight) => units * (weight / all));
  const parts = quotas.map((quota) => Math.floor(quota + ROUNDING));
  const remainders = quotas.map((quota, place) => Math.round((quota - parts[place]) / ROUNDING));
  const order = weights.map((_, place) => place);
  order.sort((a, b) => remainders[b] - remainders[a] || weights[b] - weights[a] || a - b);
  for (const place of order.slice(0, Math.max(0, units - sum(parts)))) parts[place] += 1;
  return parts;
}

function sum(values) {
  return values.reduce((all, value) => all + value, 0);
}
