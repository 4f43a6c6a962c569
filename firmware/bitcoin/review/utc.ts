/** The time of day in UTC, from seconds since 1970: the proleptic Gregorian calendar, computed. */

const DAY_SECONDS = 86_400;
const ERA_DAYS = 146_097;
const ERA_YEARS = 400;
/** From 0000-03-01, where the count of eras begins, to 1970-01-01. */
const EPOCH_DAYS = 719_468;

const padded = (value: number, digits = 2): string => `${value}`.padStart(digits, "0");

/** A day as `2009-01-03`; years begin in March here, so that a leap day comes last. */
const formatDay = (daysSince1970: number): string => {
  const days = daysSince1970 + EPOCH_DAYS;
  const era = Math.floor(days / ERA_DAYS);
  const dayOfEra = days - era * ERA_DAYS;
  const leaps =
    Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leaps) / 365);
  const yearDays = 365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  const dayOfYear = dayOfEra - yearDays;
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const year = yearOfEra + era * ERA_YEARS + (month <= 2 ? 1 : 0);
  return `${padded(year, 4)}-${padded(month)}-${padded(day)}`;
};

/** A whole number of seconds since 1970 that is not negative: `2009-01-03 18:15:05 UTC`. */
export const formatUtc = (seconds: number): string => {
  const days = Math.floor(seconds / DAY_SECONDS);
  const rest = seconds - days * DAY_SECONDS;
  const time = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60];
  return `${formatDay(days)} ${time.map((part) => padded(part)).join(":")} UTC`;
};
