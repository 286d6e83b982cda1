package sandbox.launcher;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the modules' class paths are: beside this launcher, as Maven has built them. */
final class ClassPath {
    private ClassPath() {}

    static String of(String module) throws IOException {
        Path target = sandbox().resolve(module).resolve("target");
        Path jar = target.resolve("sandbox-" + module + ".jar");
        if (!Files.exists(jar)) {
            throw new IOException(
                    jar + " is missing: build it with mvn -f sandbox/pom.xml package");
        }
        return jar + File.pathSeparator + target.resolve("lib") + File.separator + "*";
    }

    /** From sandbox/launcher/target/sandbox.jar, or from the classes beside it. */
    private static Path sandbox() {
        try {
            Path here =
                    Path.of(
                            ClassPath.class
                                    .getProtectionDomain()
                                    .getCodeSource()
                                    .getLocation()
                                    .toURI());
            return here.getParent().getParent().getParent();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
