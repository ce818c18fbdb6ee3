declare module "*.css";
/** A worker's bundled code, as text (build.mjs). */
declare module "worker:*" {
  const code: string;
  export default code;
}
/** A document of docs/, as HTML (build.mjs). */
declare module "doc:*" {
  const html: string;
  export default html;
}
