"""Wrong calls of ops: TensorFlow's kind of error must catch ours, and so must Python's own.

    python tests/tf/wrong_calls.py

records what TensorFlow 2.15.1 raises (`pip install tensorflow-cpu==2.15.1`, Python 3.11 or older).
"""

import json
from pathlib import Path

RECORDED = Path(__file__).with_name("wrong_calls.json")
CALLS = """
tf.matmul(A,B)
A@B
tf.matmul(A, tf.ones((3,)))
tf.matmul(A, tf.ones((3,2),tf.int32))
tf.matmul(A, tf.ones((3,2),tf.float64))
tf.linalg.matvec(A, tf.ones((2,)))
tf.tensordot(A,B,1)
tf.einsum('ij,jk->ik',A,B)
tf.einsum('ij,jk->iz',A,A)
tf.reshape(A,(4,2))
tf.reshape(A,(-1,4))
tf.reshape(A,(-1,-1))
tf.gather(A,I)
tf.gather(A,I,axis=1)
tf.gather(A,[0],axis=5)
tf.gather_nd(A,[[5,5]])
tf.nn.embedding_lookup(A,I)
tf.concat([A,B],0)
tf.concat([A,tf.ones((3,))],0)
tf.concat([A,A],5)
tf.concat([A,tf.ones((2,3),tf.int32)],0)
tf.stack([A,B])
tf.stack([A,A],axis=7)
tf.unstack(A,num=3)
A+B
A*B
A-tf.ones((2,))
A+tf.ones((2,3),tf.int32)
A+tf.ones((2,3),tf.float64)
tf.maximum(A,B)
A>B
tf.where(A>0,A,B)
tf.broadcast_to(A,(4,3))
tf.nn.conv2d(IM,K,1,'SAME')
tf.nn.conv2d(IM,tf.ones((7,7,3,5)),1,'VALID')
tf.nn.conv2d(IM,tf.ones((3,3,3,5)),1,'FOO')
tf.nn.max_pool2d(IM,7,1,'VALID')
tf.nn.bias_add(A,tf.ones((4,)))
tf.transpose(A,[0,0])
tf.transpose(A,[0,1,2])
tf.reduce_sum(A,axis=5)
tf.argmax(A,axis=5)
tf.squeeze(A,axis=0)
tf.expand_dims(A,5)
tf.split(A,2,axis=1)
tf.split(A,[1,1],axis=1)
tf.slice(A,[0,0],[5,5])
tf.slice(A,[0],[1])
A[5]
A[0,0,0]
A[0,9]
A[:, 9]
tf.pad(A,[[1,1]])
tf.tile(A,[2])
tf.one_hot([0,1],-1)
tf.range(0,10,0)
tf.fill([-1],1)
tf.zeros([-1])
tf.cast(A,'foo')
tf.constant([1,2,3],shape=(2,2))
tf.constant([[1,2],[3]])
tf.boolean_mask(A,[True,False,True])
tf.nn.softmax_cross_entropy_with_logits(labels=A,logits=B)
tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[0,7],logits=A)
tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[0,1,2],logits=A)
tf.nn.sigmoid_cross_entropy_with_logits(labels=A,logits=B)
tf.linalg.inv(tf.ones((2,3)))
tf.linalg.inv(tf.zeros((2,2)))
tf.linalg.solve(tf.eye(2),tf.ones((3,1)))
tf.scatter_nd([[9]],[1.],[3])
tf.tensor_scatter_nd_update(A,[[9,9]],[1.])
tf.math.segment_sum(A,[1,0])
tf.math.unsorted_segment_sum(A,[0,9],2)
tf.math.top_k(A,9)
tf.cumsum(A,axis=5)
tf.reverse(A,[5])
tf.roll(A,1,7)
tf.random.categorical(tf.ones((3,)),2)
tf.debugging.assert_equal(A,A+1)
tf.debugging.check_numerics(A/0.,'x')
tf.strings.to_number(['a'])
tf.image.resize(A,(2,2))
tf.nn.depthwise_conv2d(IM,K,[1,1,1,1],'SAME')
tf.nn.conv1d(tf.ones((1,5,3)),tf.ones((2,2,4)),1,'VALID')
tf.nn.batch_normalization(IM,tf.ones(2),1.,0.,1.,1e-3)
tf.cond(tf.constant([True,False]),lambda:1,lambda:2)
tf.while_loop(lambda i: tf.constant([True,True]), lambda i:[i],[tf.constant(0)])
V.assign(B)
V.assign_add(B)
tf.Variable([1,2],shape=(3,))
tf.norm(A,axis=5)
tf.ones((2,3))[0.5]
tf.gather(A,[0.5])
tf.sequence_mask([1,2],-1)
tf.meshgrid([1],[2],indexing='q')
tf.clip_by_value(A,tf.ones((5,)),2.)
tf.linalg.band_part(A,5,5)
tf.linalg.diag_part(tf.ones(3))
tf.linalg.set_diag(A,tf.ones(5))
tf.nn.dropout(A,1.5)
tf.nn.dropout(A,-1.)
tf.nn.space_to_depth(IM,3)
tf.nn.depth_to_space(IM,2)
tf.eye(-1)
tf.math.confusion_matrix([0,5],[1,1],num_classes=2)
tf.math.bincount([-1])
next(iter(tf.data.Dataset.range(0)))
iter(tf.data.Dataset.range(0)).get_next()
""".strip().splitlines()


def raised(tf, call):
    """The exception that a call raises; None if there is none."""
    a = tf.ones((2, 3))
    names = {
        "tf": tf, "A": a, "B": tf.ones((4, 5)), "I": tf.constant([0, 9]), "IM": tf.ones((1, 4, 4, 3)),
        "K": tf.ones((3, 3, 2, 5)), "V": tf.Variable(a),
    }  # fmt: skip
    try:
        eval(call, names)
    except Exception as e:
        return e
    return None


if __name__ == "__main__":
    import tensorflow

    kinds = {call: type(raised(tensorflow, call)).__name__ for call in CALLS}
    RECORDED.write_text(json.dumps(kinds, indent=0))
