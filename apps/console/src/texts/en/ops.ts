/** The pages of operations. */
export const ops = {
  title: 'Operations',
};
