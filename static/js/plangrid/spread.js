// An edit above the leaves, spread over them: the same rule as the server's.

/**
 * Return whole parts that add up to `total`: in proportion to what the cells hold, to their baseline where they hold
 * nothing, evenly where that is nothing too; the largest remainders are rounded up.
 */
export function spread(total, current, baseline) {
  if (current.length === 0) return [];
  const whole = Math.round(total);
  const weights = [current, baseline].find((row) => row.some((value) => value > 0)) ?? current.map(() => 1);
  const sum = weights.reduce((all, weight) => all + Math.max(weight, 0), 0);
  // Products and remainders of whole numbers are exact, quotients are not: ties must fall as on the server.
  const products = weights.map((weight) => whole * Math.max(weight, 0));
  const remainders = products.map((product) => product % sum);
  const parts = products.map((product, place) => Math.round((product - remainders[place]) / sum));
  const left = whole - parts.reduce((all, part) => all + part, 0);
  const order = remainders.map((rest, place) => [rest, place]).sort((a, b) => b[0] - a[0] || a[1] - b[1]);
  for (let i = 0; i < left; i += 1) parts[order[i][1]] += 1;
  return parts;
}
