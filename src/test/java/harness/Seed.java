package harness;

import java.util.Random;
import java.util.SplittableRandom;

/**
 * What a test's random choices are made from: {@code -Dseed=N}, the same for all tests of a run, or
 * one that is made up. The same seed makes the same choices.
 */
public final class Seed {
    private final long number;

    private Seed(long number) {
        this.number = number;
    }

    /** The run's seed, printed with the command that repeats a test. */
    public static Seed of(Class<?> test) {
        Seed seed = new Seed(ofRun());
        System.out.printf(
                "seed of %s: %d; again: mvn verify -DskipSandbox=true -Dit.test=%s -Dseed=%d%s%n",
                test.getSimpleName(),
                seed.number,
                test.getSimpleName(),
                seed.number,
                Endurance.ON ? " -Dendurance=true" : "");
        return seed;
    }

    private static synchronized long ofRun() {
        if (Long.getLong("seed") == null) {
            next(new Random().nextInt(Integer.MAX_VALUE));
        }
        return Long.getLong("seed");
    }

    /** From now on the seed is this one. */
    public static void next(long number) {
        System.setProperty("seed", Long.toString(number));
    }

    public long number() {
        return number;
    }

    /**
     * Choices of their own for each who chooses: how often another one chooses meanwhile changes
     * nothing.
     */
    public Random random(String chooser) {
        return new Random(new SplittableRandom(number ^ chooser.hashCode()).nextLong());
    }
}
