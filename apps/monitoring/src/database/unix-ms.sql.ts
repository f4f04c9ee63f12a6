/** A time of SQL as Unix milliseconds, a number; pg would make a Date of it, slowly. */
export const ms = (time: string): string => `(extract(epoch FROM ${time}) * 1000)::float8`;
