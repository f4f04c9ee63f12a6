/** The tab of recent requests. */
export const requests = {
  tab: 'Recent requests',
};
