// How a number of the plan is written: units whole, money in thousands with one decimal.

const UNITS = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const THOUSANDS = new Intl.NumberFormat("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

export function written(value, model) {
  return (model.inMoney ? THOUSANDS : UNITS).format(value);
}
