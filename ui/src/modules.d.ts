declare module "*.css";
/** A worker's bundled code, as text (build.mjs). */
declare module "worker:*" {
  const code: string;
  export default code;
}
