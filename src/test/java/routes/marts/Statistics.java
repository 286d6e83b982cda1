package routes.marts;

import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * The statistics of A/B tests, calculated in another way than the marts do: distributions by
 * numerical integration, their quantiles and Wilson's bounds by bisection, the variance of a ratio
 * from each user's residual.
 */
final class Statistics {
    static final double Z95 = quantile(Statistics::normal, 0.975);
    private static final int STEPS = 20_000;

    /** A difference, its 95 % interval and two-sided p-value; NaN for what cannot be said. */
    record Comparison(double difference, double low, double high, double p) {}

    /** One user's tasks and how many of them succeeded. */
    record Tasks(long tasks, long successes) {}

    private Statistics() {}

    /** Distribution function of the standard normal distribution. */
    static double normal(double x) {
        return 0.5 + integral(t -> Math.exp(-t * t / 2) / Math.sqrt(2 * Math.PI), x);
    }

    /** Distribution function of Student's t distribution. */
    static double student(double x, double freedom) {
        double[] scale = {0};
        // The density's factor from the density itself: its integral over all numbers is 1. With
        // t = sqrt(f) tan(a) it becomes a power of the cosine.
        DoubleUnaryOperator power = a -> Math.pow(Math.cos(a), freedom - 1);
        scale[0] = 2 * integral(power, Math.PI / 2);
        return 0.5 + integral(power, Math.atan(x / Math.sqrt(freedom))) / scale[0];
    }

    /** From 0 to the end, by Simpson's rule. */
    private static double integral(DoubleUnaryOperator f, double end) {
        double width = end / STEPS;
        double sum = f.applyAsDouble(0) + f.applyAsDouble(end);
        for (int i = 1; i < STEPS; i++) {
            sum += f.applyAsDouble(i * width) * (i % 2 == 0 ? 2 : 4);
        }
        return sum * width / 3;
    }

    private static double quantile(DoubleUnaryOperator distribution, double p) {
        return root(x -> distribution.applyAsDouble(x) - p, 0, 1_000);
    }

    /** Where a growing function passes 0. */
    private static double root(DoubleUnaryOperator f, double low, double high) {
        double a = low;
        double b = high;
        for (int i = 0; i < 60; i++) {
            double middle = (a + b) / 2;
            if (f.applyAsDouble(middle) < 0) {
                a = middle;
            } else {
                b = middle;
            }
        }
        return (a + b) / 2;
    }

    /** Shares of all tasks of a group; users are what varies independently. */
    static Comparison shares(List<Tasks> treated, List<Tasks> control) {
        double error = Math.sqrt(variance(treated) + variance(control));
        double difference = share(treated) - share(control);
        if (!(error > 0)) {
            return new Comparison(difference, Double.NaN, Double.NaN, Double.NaN);
        }
        return new Comparison(
                difference,
                difference - Z95 * error,
                difference + Z95 * error,
                2 * (1 - normal(Math.abs(difference) / error)));
    }

    static double share(List<Tasks> users) {
        return (double) users.stream().mapToLong(Tasks::successes).sum() / tasks(users);
    }

    private static long tasks(List<Tasks> users) {
        return users.stream().mapToLong(Tasks::tasks).sum();
    }

    private static double variance(List<Tasks> users) {
        double share = share(users);
        double squares =
                users.stream()
                        .mapToDouble(user -> Math.pow(user.successes() - share * user.tasks(), 2))
                        .sum();
        double n = users.size();
        return n / (n - 1) * squares / Math.pow(tasks(users), 2);
    }

    /** Shares of users. */
    static Comparison conversions(long buyers, long users, long controlBuyers, long controlUsers) {
        double p = (double) buyers / users;
        double q = (double) controlBuyers / controlUsers;
        double pooled = (double) (buyers + controlBuyers) / (users + controlUsers);
        double error = Math.sqrt(pooled * (1 - pooled) * (1.0 / users + 1.0 / controlUsers));
        return new Comparison(
                p - q,
                p - q - Math.hypot(p - wilson(p, users, false), wilson(q, controlUsers, true) - q),
                p - q + Math.hypot(wilson(p, users, true) - p, q - wilson(q, controlUsers, false)),
                error > 0 ? 2 * (1 - normal(Math.abs(p - q) / error)) : Double.NaN);
    }

    /** The share furthest from p that p is still within the error of. */
    private static double wilson(double p, double n, boolean upper) {
        DoubleUnaryOperator off = s -> (s - p) * (s - p) - Z95 * Z95 * s * (1 - s) / n;
        return upper ? root(off, p, 1) : 1 - root(s -> off.applyAsDouble(1 - s), 1 - p, 1);
    }

    /** Means of samples whose variances may differ. */
    static Comparison means(double[] treated, double[] control) {
        double a = variance(treated) / treated.length;
        double b = variance(control) / control.length;
        double difference = mean(treated) - mean(control);
        double freedom =
                (a + b) * (a + b) / (a * a / (treated.length - 1) + b * b / (control.length - 1));
        double error = Math.sqrt(a + b);
        if (!(error > 0) || Double.isNaN(freedom)) {
            return new Comparison(difference, Double.NaN, Double.NaN, Double.NaN);
        }
        double t = quantile(x -> student(x, freedom), 0.975);
        return new Comparison(
                difference,
                difference - t * error,
                difference + t * error,
                2 * (1 - student(Math.abs(difference) / error, freedom)));
    }

    static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    private static double variance(double[] values) {
        double mean = mean(values);
        double sum = 0;
        for (double value : values) {
            sum += (value - mean) * (value - mean);
        }
        return sum / (values.length - 1);
    }
}
