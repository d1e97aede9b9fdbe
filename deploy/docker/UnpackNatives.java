import ai.djl.engine.Engine;
import ai.djl.huggingface.tokenizers.jni.LibUtils;

/** Run while the image is built: unpacks what the libraries would otherwise unpack at every first start. */
final class UnpackNatives {
    private UnpackNatives() {}

    public static void main(String[] arguments) {
        System.out.println("PyTorch " + Engine.getEngine("PyTorch").getVersion());
        LibUtils.checkStatus();
    }
}
