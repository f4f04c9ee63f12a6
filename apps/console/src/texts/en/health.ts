/** The tab of health. */
export const health = {
  tab: 'Health',
};
