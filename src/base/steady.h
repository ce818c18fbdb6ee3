/* exp, log, sine and cosine with the same last bit on every machine: only + - * / and square roots, which IEEE 754
 * rounds one way. A library's own may differ in the last bit, and then pixels do. Within 1e-14 of the true value,
 * relative (sine and cosine: absolute), for the arguments named. */
#pragma once

double steady_exp (double x);             /* -700 .. 700, clamped to it */
double steady_log (double x);             /* positive, finite, not subnormal */
double steady_power (double x, double y); /* x >= 0; 0 for x = 0 */
double steady_sin (double x);             /* -100 .. 100, radians */
double steady_cos (double x);
